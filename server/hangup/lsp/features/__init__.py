"""One module for each request of the protocol, or for notifications that belong together; each has a `register`."""
