"""Discord as a bot meets it: the REST API, the gateway and the files behind links."""
