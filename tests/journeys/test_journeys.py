"""Whole stories of people, in a real browser, with a real server and a real mail server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.business import Business, Visitor

GUEST = "vadim.ivanovich@example.org"
Visit = Callable[..., Visitor]


@pytest.fixture
def visit(served_business: Business, browser: Browser) -> Iterator[Visit]:
    """Opens a browser for somebody; at the end nothing may have gone wrong in any."""
    visitors: list[Visitor] = []

    def open_one(width: int = 1280) -> Visitor:
        visitors.append(served_business.visit(browser, width=width))
        return visitors[-1]

    yield open_one
    for visitor in visitors:
        visitor.leave()


def press(page: Page, name: str) -> None:
    """Press a button by its name."""
    page.get_by_role("button", name=name, exact=True).first.click()


def follow(page: Page, name: str) -> None:
    """Follow a link by its name."""
    page.get_by_role("link", name=name, exact=True).first.click()


def heading(page: Page, name: str | re.Pattern[str]) -> None:
    """Wait until the page has this heading."""
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def find(page: Page, text: str, name: str) -> None:
    """Find a member in the list while typing, and open their page."""
    page.goto("/backoffice/members/")
    page.get_by_label("Name, phone, e-mail or card").press_sequentially(text, delay=20)
    page.get_by_role("link", name=name, exact=True).click()
    heading(page, name)


def balance_of(page: Page) -> int:
    """The points that the page of a member shows."""
    figure = page.locator(".card .figure").first.inner_text()
    return int(re.sub(r"\D", "", figure))


def test_a_member_signs_in_by_a_code_reads_the_history_and_changes_the_language(
    visit: Visit, served_business: Business
) -> None:
    page = visit(width=360).page
    page.goto("/")
    heading(page, "See my points")
    page.get_by_label("Your e-mail address").fill(GUEST)
    press(page, "Send me a code")
    heading(page, "Your code")
    message = served_business.mailbox.take(GUEST)
    found = re.search(r"your code is (\d{6})", message.text)
    assert found, message.text
    assert message.message["Auto-Submitted"] == "auto-generated"
    # A code that was mistyped lets nobody in, and says so beside the field.
    page.get_by_label("The code from the message").fill(f"{(int(found[1]) + 1) % 10**6:06}")
    press(page, "Continue")
    expect(page.locator(".field-error")).to_be_visible()
    page.get_by_label("The code from the message").fill(found[1])
    press(page, "Continue")
    heading(page, re.compile("Vadim"))

    follow(page, "History")
    heading(page, "History")
    purchases = page.locator(".happened").filter(has_text="Purchase · €")
    bought = purchases.filter(has=page.locator(".plus")).first
    bought.get_by_text("Why?").click()
    expect(bought.get_by_role("row").first).to_be_visible()
    expect(bought.locator("li strong.plus").first).to_contain_text("+")

    page.goto("/portal/me/")
    page.locator("form.card").first.get_by_label("Language").select_option("fr")
    press(page, "Save")
    heading(page, "À propos de moi")
    assert page.locator("html").get_attribute("lang") == "fr"
    follow(page, "Historique")
    heading(page, "Historique")

    page.goto("/portal/me/")
    # Other devices that are signed in have a button of that name too.
    page.locator("form[action$='/sign-out/'] button").click()
    page.wait_for_url("**/portal/sign-in/**")
    page.goto("/portal/history/")
    assert page.url.endswith("/portal/sign-in/")


def test_an_address_that_nobody_has_gets_no_message_and_no_other_page(
    visit: Visit, served_business: Business
) -> None:
    page = visit().page
    page.goto("/portal/sign-in/")
    page.get_by_label("Your e-mail address").fill("nobody@example.org")
    press(page, "Send me a code")
    heading(page, "Your code")
    assert not [one for one in served_business.mailbox.received if "nobody@example.org" in one.to]


def test_staff_pair_a_till_enrol_a_member_record_a_purchase_and_undo_it(visit: Visit) -> None:
    office = visit().come_in("manager")
    office.goto("/backoffice/devices/")
    press(office, "New pairing code Bar")
    code = office.locator("p.code").inner_text()

    page = visit(width=800).page
    page.goto("/terminal/pair/")
    page.get_by_label("Pairing code").fill(code)
    press(page, "Pair")
    heading(page, "Who serves?")
    page.get_by_label("Your PIN").fill("4061")
    page.keyboard.press("Enter")
    expect(page.locator("#field")).to_be_focused()

    page.keyboard.press("F4")
    heading(page, "Enrol a new member")
    page.get_by_label("First name").fill("Noémie")
    page.get_by_label("Card").fill("7000 0001")
    press(page, "Enrol")
    heading(page, re.compile("Noémie"))
    follow(page, "Stay with this member")

    page.locator("[data-amount]").fill("41.50")
    expect(page.locator("#foreseen")).to_contain_text("+")
    page.locator("[data-amount]").press("Enter")
    expect(page.locator(".done")).to_contain_text("41.50")
    expect(page.locator(".done .plus").first).to_be_visible()
    page.keyboard.press("F8")
    expect(page.locator(".done .minus").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Undone")).to_be_visible()
    press(page, "Lock")
    heading(page, "Who serves?")


def test_a_manager_finds_a_member_reads_why_and_adjusts_points(visit: Visit) -> None:
    page = visit().come_in("manager")
    find(page, "ivanov", "Vadim Ivanovich")
    before = balance_of(page)
    follow(page, "Ledger")
    line = page.locator("details.why").first
    line.locator("summary").click()
    expect(line.locator("p").first).to_be_visible()

    follow(page, "Adjust points")
    heading(page, "Adjust points")
    page.locator("[name=units]").fill("25")
    page.locator("[name=reason]").fill("The coffee was cold")
    press(page, "See what it leads to")
    expect(page.get_by_role("status").filter(has_text="Is that right?")).to_be_visible()
    press(page, "Yes, adjust the points")
    heading(page, "Vadim Ivanovich")
    assert balance_of(page) == before + 25
    follow(page, "Who did what")
    expect(page.locator("main")).to_contain_text("Camille Roux")
    expect(page.locator("main")).to_contain_text("The coffee was cold")


def test_an_analyst_reads_and_cannot_adjust(visit: Visit) -> None:
    visitor = visit()
    page = visitor.come_in("analyst")
    find_in_german(page)
    expect(page.locator("a[href$='/adjust/']")).to_have_count(0)
    there = f"{page.url}adjust/"
    answer = page.goto(there)
    assert answer is not None
    assert answer.status == 403
    assert page.locator("form[action*=adjust], [name=units]").count() == 0
    # What the browser says about the answers that were asked for on purpose.
    visitor.complaints[:] = [one for one in visitor.complaints if "the server responded" not in one]


def find_in_german(page: Page) -> None:
    """The analyst reads German."""
    page.goto("/backoffice/members/?q=ivanov")
    page.get_by_role("link", name="Vadim Ivanovich", exact=True).click()
    heading(page, "Vadim Ivanovich")
    assert page.locator("html").get_attribute("lang") == "de"


@pytest.mark.parametrize(
    "path",
    [
        "/backoffice/",
        "/backoffice/members/?q=ivanov",
        "/backoffice/trail/",
        "/terminal/",
        "/portal/",
        "/portal/me/",
        "/account/second-factor/",
    ],
)
def test_whoever_is_signed_out_sees_nothing(visit: Visit, path: str) -> None:
    page = visit().page
    page.goto(path)
    assert "sign-in" in page.url
    assert "Vadim" not in page.content()


def test_a_colleague_is_invited_chooses_a_password_and_gets_another_one_by_mail(
    visit: Visit, served_business: Business
) -> None:
    mailbox = served_business.mailbox
    email = "ines@cafe-du-quai.example"
    owner = visit().come_in("owner")
    owner.goto("/backoffice/staff/new/")
    owner.locator("[name=name]").fill("Inès Petit")
    owner.locator("[name=email]").fill(email)
    owner.locator("[name=roles][value=manager]").check()
    owner.locator("main form button.button-primary").click()
    expect(owner.locator("#link")).to_be_visible()
    shown = owner.locator("#link").inner_text()
    assert shown in mailbox.take(email).text

    page = visit().page
    page.goto(shown)
    heading(page, "Welcome, Inès Petit")
    for label in ("Password", "The same password again"):
        page.get_by_label(label, exact=True).fill("a quiet table outside")
    press(page, "Save and come in")
    heading(page, "Overview")
    page.goto("/account/sign-out/")
    press(page, "Sign out")

    page.goto("/account/password/reset/")
    page.get_by_label("E-mail").fill(email)
    press(page, "Send the link")
    heading(page, "Check your e-mail")
    found = re.search(r"http\S+", mailbox.take(email).text)
    assert found
    page.goto(found[0])
    for label in ("New password", "The same password again"):
        page.get_by_label(label, exact=True).fill("the table by the stairs")
    press(page, "Save")
    heading(page, "Your password was changed")
    follow(page, "Sign in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("the table by the stairs")
    press(page, "Sign in")
    heading(page, "Overview")


def test_a_passkey_lets_in_without_a_password(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    device = visitor.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    visitor.come_in("developer")
    page.goto("/account/second-factor/webauthn/add/")
    page.get_by_label("A name by which you know it").fill("The laptop")
    press(page, "Add a passkey")
    # The codes are shown to whoever has just proved who they are; a link is no such proof.
    heading(page, "Is it still you?")
    follow(page, "Use a passkey")
    press(page, "Use a passkey")
    heading(page, "Recovery codes")
    page.goto("/account/second-factor/webauthn/")
    expect(page.locator("main")).to_contain_text("The laptop")
    page.goto("/account/sign-out/")
    press(page, "Sign out")
    page.goto("/account/sign-in/")
    press(page, "Sign in with a passkey")
    page.wait_for_url("**/backoffice/**")
    expect(page.locator(".office-side")).to_contain_text("Tomasz Nowak")
