"""Money: decimal amounts, rounded to the cent once per line, and how people read them."""

from decimal import ROUND_HALF_EVEN, Decimal

# Currencies of a hundred parts; a tariff names one of these.
SYMBOLS = {"USD": "$", "CAD": "C$", "AUD": "A$", "EUR": "€", "GBP": "£"}

_CENT = Decimal("0.01")
NOTHING = Decimal("0.00")


def cents(amount: Decimal) -> Decimal:
    """An amount with two decimals; a half goes to the even cent, so that halves cancel out."""
    return amount.quantize(_CENT, ROUND_HALF_EVEN)


def credit_of(quantity: int, rate: Decimal) -> Decimal:
    """What Wh at a rate per kWh, or W at a rate per kW, are worth: the one rounding of a line."""
    return cents(quantity * rate / 1000)


def money_text(amount: Decimal, currency: str) -> str:
    """ "$0.57"; what the owner owes has a minus before it."""
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    return f"{sign}{SYMBOLS[currency]}{abs(amount)}"


def rate_text(rate: Decimal, currency: str) -> str:
    """ "$2.00", "$6.437268": two decimals, and more where the rate has more."""
    plain = rate.normalize()
    exponent = plain.as_tuple().exponent
    assert isinstance(exponent, int)  # a rate is a number
    return money_text(cents(plain) if exponent >= -2 else plain, currency)
