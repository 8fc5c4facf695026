"""The hotline's OpenID Connect provider: where to send a browser, and whom its answer names.

Needs the extra `oidc`; Authlib is loaded when somebody first signs in so.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from server.config import Settings

#: Whoever signed in there longer ago is asked there again: signing in here counts as fresh.
MOST_SECONDS_AGO = 15 * 60
_LEEWAY_S, _TIMEOUT_S = 60, 10
#: Signatures by a key that only the provider has. Not HS256: that key would be ours as well.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")


class SsoFailed(RuntimeError):
    """The provider cannot be reached, or what it says does not hold."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What binds one sign-in together: kept by the browser, signed, until it comes back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Named:
    """Whom the provider names. `verified_email` is None unless the provider has verified it."""

    issuer: str
    subject: str
    verified_email: str | None


def way_to_provider(settings: Settings, passage: Passage, *, callback: str) -> str:
    """The address to send the browser to: code flow with PKCE. Raises SsoFailed."""
    with _client(settings, callback) as client:
        address, _ = client.create_authorization_url(
            _metadata(client, settings)["authorization_endpoint"],
            state=passage.state,
            nonce=passage.nonce,
            code_verifier=passage.verifier,
            max_age=MOST_SECONDS_AGO,
        )
    return str(address)


def whom_it_names(settings: Settings, passage: Passage, code: str, *, callback: str) -> Named:
    """Exchange the code and check the id token in all its parts. Raises SsoFailed."""
    with _client(settings, callback) as client:
        metadata = _metadata(client, settings)
        try:
            token = client.fetch_token(
                metadata["token_endpoint"], code=code, code_verifier=passage.verifier
            )
            keys = _json(client, metadata["jwks_uri"])
            claims = _checked(settings, passage, token, keys)
        except SsoFailed:
            raise
        except Exception as error:  # Authlib, joserfc and requests each have errors of their own.
            raise SsoFailed("single sign-on gave an answer that does not hold") from error
    email = claims.get("email") if claims.get("email_verified") is True else None
    return Named(str(claims["iss"]), str(claims["sub"]), str(email) if email else None)


def _checked(
    settings: Settings, passage: Passage, token: dict[str, Any], keys: dict[str, Any]
) -> dict[str, Any]:
    from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
    from joserfc import jwt
    from joserfc.jwk import KeySet

    decoded = jwt.decode(
        token["id_token"],
        KeySet.import_key_set(keys),  # type: ignore[arg-type]
        algorithms=list(_ALGORITHMS),
    )
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        {
            "iss": {"essential": True, "value": settings.oidc_issuer},
            "aud": {"essential": True, "value": settings.oidc_client_id},
        },
        {
            "nonce": passage.nonce,
            "client_id": settings.oidc_client_id,
            "access_token": token.get("access_token"),
            "max_age": MOST_SECONDS_AGO,
        },
    )
    claims.validate(leeway=_LEEWAY_S)
    if time.time() - claims["auth_time"] > MOST_SECONDS_AGO + _LEEWAY_S:
        raise SsoFailed("single sign-on did not ask you again; sign out there and try again")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise SsoFailed("single sign-on gave an answer that does not hold")
    return dict(claims)


def _client(settings: Settings, callback: str) -> Any:
    try:
        from authlib.integrations.requests_client import (  # type: ignore[import-untyped]
            OAuth2Session,
        )
    except ImportError as error:
        raise SsoFailed("single sign-on is not installed: the extra `oidc` is missing") from error
    return OAuth2Session(
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        scope="openid email",
        redirect_uri=callback,
        code_challenge_method="S256",
        default_timeout=_TIMEOUT_S,
    )


def _metadata(client: Any, settings: Settings) -> dict[str, Any]:
    """The provider's description of itself (OpenID Connect Discovery 1.0, 4.3)."""
    found = _json(client, f"{settings.oidc_issuer}/.well-known/openid-configuration")
    if found.get("issuer") != settings.oidc_issuer:
        raise SsoFailed("single sign-on calls itself by another name than PORTALS_OIDC_ISSUER")
    secure = str(settings.oidc_issuer).partition("://")[0] + "://"
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not str(found.get(name, "")).startswith((secure, "https://")):
            raise SsoFailed("single sign-on does not say where to go")
    return found


def _json(client: Any, address: str) -> dict[str, Any]:
    try:
        answer = client.get(address, withhold_token=True, allow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
    except (OSError, ValueError) as error:  # requests' own are both
        raise SsoFailed("single sign-on does not answer; try again, or use another way") from error
    if not isinstance(found, dict):
        raise SsoFailed("single sign-on gave an answer that does not hold")
    return found
