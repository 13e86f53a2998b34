"""Who somebody is: passwords, second factors, the organisation's provider, sessions, and the throttle before them."""
