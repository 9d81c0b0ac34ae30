"""The network that judges options of a form (`models.marks`): its data and its training."""
