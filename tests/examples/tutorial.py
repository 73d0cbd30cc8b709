"""What many tutorials show. The handler dies by itself: requests has no ConnectionResetError."""

import requests

try:
    response = requests.get("http://127.0.0.1:8000")
    print(response.text)
except requests.exceptions.ConnectionError as e:
    if isinstance(e, requests.exceptions.ConnectionResetError):
        print("Connection was reset by peer.")
