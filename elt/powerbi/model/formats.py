"""Format strings of figures, as Power BI writes numbers and dates by them."""

PERCENT = "0.0%"
COUNT = "#,0"
HOURS = "#,0.0"
DAYS = HOURS
SIGNED_PERCENT = "+0.0%;-0.0%;0.0%"
SIGNED_COUNT = "+#,0;-#,0;0"
DAY = "d MMMM yyyy"
TEXT = ""
