"""Dates as they are said in Chinese; Django's own write 04月16日 for 4月16日."""

MONTH_DAY_FORMAT = "n月j日"
