"""Where things stand on the page."""


def tile(page, host):
    """A host's tile."""
    return page.locator("section.tile", has=page.get_by_role("heading", name=host, exact=True))


def chip(page, host, container):
    """A container's chip on a host's tile."""
    return tile(page, host).locator("button.chip", has_text=container)


def view(page, name):
    """Goes to a view by its link."""
    page.get_by_role("navigation", name="Views").get_by_role("link", name=name, exact=True).click()


def setting(page, label):
    """The field of a policy's setting."""
    return page.locator("#policy").get_by_label(label, exact=True)
