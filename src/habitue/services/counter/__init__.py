"""What people do for members, at the till and in the back office: each verb once, with its trail.

A form carries the number of what it asks for, so sending it twice does it once.
"""
