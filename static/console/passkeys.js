// Asks the browser for a passkey when a form with a passkey's field is sent, and sends the answer
// along. `data-passkey` is "get" or "create"; `data-options` is WebAuthn's options in JSON.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function readable(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) {
    options.user.id = bytes(options.user.id);
  }
  for (const name of ["allowCredentials", "excludeCredentials"]) {
    for (const known of options[name] ?? []) {
      known.id = bytes(known.id);
    }
  }
  return options;
}

function sendable(credential) {
  const response = { clientDataJSON: text(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) {
      response[name] = text(credential.response[name]);
    }
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
    response,
  });
}

function reason(error) {
  if (error.name === "InvalidStateError") {
    return "This device holds a passkey for your account already.";
  }
  if (error.name === "NotAllowedError") {
    return "That was cancelled, or took too long. Try again, or use another way.";
  }
  return "This browser cannot use passkeys here. Use another browser or another way.";
}

for (const field of document.querySelectorAll("[data-passkey]")) {
  const form = field.form;
  const problem = form.querySelector("[data-passkey-error]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      const publicKey = readable(JSON.parse(field.dataset.options));
      field.value = sendable(await navigator.credentials[field.dataset.passkey]({ publicKey }));
    } catch (error) {
      problem.textContent = reason(error);
      problem.hidden = false;
      return;
    }
    form.submit();
  });
}
