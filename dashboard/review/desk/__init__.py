"""The review desk: a component that holds the next comments in the browser, and the addresses that
it asks."""
