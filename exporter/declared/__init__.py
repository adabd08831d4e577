"""What the code says: one reader for each kind of declaration, and the merge of them all."""
