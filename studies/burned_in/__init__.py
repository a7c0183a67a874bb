"""Text that is burned into pictures: a search that ranks what a person then looks at. It decides nothing."""
