// Who is signed in is told by a cookie that no script sees; who is not, is sent to the server's sign-in page.

/** Back to the same page after signing in, with all that stands behind the ?. */
export function goToSignIn(language: string): void {
  const next = location.pathname + location.search;
  location.assign(`/console/sign-in?${new URLSearchParams({ next, lang: language })}`);
}

/** A form's post, so that the answer's 303 leads the browser on. */
export function signOut(): void {
  const form = Object.assign(document.createElement('form'), {
    method: 'post',
    action: '/console/sign-out',
  });
  document.body.append(form);
  form.submit();
}
