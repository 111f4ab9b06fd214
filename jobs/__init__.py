"""The clock and the couriers: what happens beside the requests of people. Rules are the database's."""
