"""The port of the gateway's link: its state comes in, the order for its switch goes out."""
