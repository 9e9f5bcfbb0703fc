"""A resident unit at the desk: the code that names it is read and copied whole."""

import pytest
from django.urls import reverse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The lines that the text takes, and whether it ends within its card.
LINES_OF = """
(element) => {
  const range = document.createRange();
  range.selectNodeContents(element);
  const right = element.closest('.card').getBoundingClientRect().right - 8;
  const ends = range.getBoundingClientRect().right;
  return [range.getClientRects().length, element.scrollWidth <= element.clientWidth, ends < right];
}
"""


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("look", [{}, {"language": "en", "text": "large"}])
def test_the_credit_code_of_a_unit_stands_on_one_line(transactional_db, world, visit, look, width):
    widest = "91510107MA6WMW8WHW"  # as wide as a company's code comes
    type(world.unit).objects.filter(pk=world.unit.pk).update(uscc=widest)

    page = visit(reverse("web:desk-unit-detail", args=[world.unit.code]), by="worker", width=width, **look)

    code = page.get_by_text(widest, exact=True)
    assert code.evaluate(LINES_OF) == [1, True, True]
