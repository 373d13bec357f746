"""How a caller presents an access token (OAuth2), or a service its key."""

from fastapi.security import APIKeyHeader, OAuth2PasswordBearer

oauth2_scheme = OAuth2PasswordBearer(tokenUrl="auth/token", refreshUrl="auth/refresh")

# Where either will do, the absence of one is no error yet.
optional_oauth2_scheme = OAuth2PasswordBearer(
    tokenUrl="auth/token", refreshUrl="auth/refresh", auto_error=False
)
api_key_scheme = APIKeyHeader(name="X-API-Key", auto_error=False)
