"""Keys, signatures and sealing (kunci, tanda tangan, segel): all cryptography of the project stands here."""
