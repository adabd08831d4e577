"""The chapters of a validation report: each makes a section of an overview."""
