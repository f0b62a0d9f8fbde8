"""What the headers of the WDK say, as data: types, layouts, constants, bug checks, the types of driver functions."""
