"""What is deployed: looked at, listened to, gone back from, ended."""
