"""What an installation needs: accounts, signing in, published forms, upkeep and the doctor."""
