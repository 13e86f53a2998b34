"""What an installation needs: accounts, published forms, keys, backups, upkeep and the doctor."""
