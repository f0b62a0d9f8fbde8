"""What is written in the language itself: headers, device models, helper flows. Data files; this module only finds them."""
