"""Front ends on one stream of events: `tui`, `plain` and `json`. They see a feed and a control."""
