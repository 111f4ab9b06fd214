"""What every answer carries beside its content: pages, errors and static files alike (threats 51 and 52)."""

from flask import Flask, Response, current_app, request

#: Features of browsers that no page of ours uses.
NOT_USED = (
    "accelerometer", "autoplay", "bluetooth", "camera", "display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation",
    "gyroscope", "hid", "identity-credentials-get", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi",
    "otp-credentials", "payment", "picture-in-picture", "publickey-credentials-create", "publickey-credentials-get",
    "screen-wake-lock", "serial", "storage-access", "usb", "web-share", "window-management", "xr-spatial-tracking",
)  # fmt: skip
#: Nothing foreign runs in a page, frames it, reads it or learns where somebody was.
LOCKED_DOWN = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # frame-ancestors for browsers that do not know it.
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in NOT_USED),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: An e-mail as it looks, inside a page of ours: its styles stand in it, it fetches and runs nothing, and belongs to no origin.
AS_EMAIL = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
#: Where people come by https: for two years, browsers do not even try anything else.
ONLY_HTTPS = "max-age=63072000; includeSubDomains"


class EmailPage(Response):
    """An answer that shows an e-mail (AS_EMAIL)."""

    locked_down = LOCKED_DOWN | AS_EMAIL


def register(app: Flask) -> None:
    """Puts the headers on every answer of the application."""
    app.after_request(lock_down)


def lock_down(response: Response) -> Response:
    """No cache keeps an answer that is not a static file, and LOCKED_DOWN is on all of them, or what its kind of answer has instead."""
    if request.endpoint != "static" or response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    response.headers.update(getattr(response, "locked_down", LOCKED_DOWN))
    if current_app.config["BASE_URL"].startswith("https://"):
        response.headers["Strict-Transport-Security"] = ONLY_HTTPS
    return response
