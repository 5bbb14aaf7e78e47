"""An article in, quotations out: each with its words whole, and who said them as what."""
