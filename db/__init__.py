"""The database: SQL files, their installation, the mapping of tables to models, and identity for each transaction."""
