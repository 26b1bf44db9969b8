/** Texts of passwords and of what keeps others out. */
export const password = {
  title: 'Password',
  present: 'Present password',
  new: 'New password',
  rules: 'At least 10 characters. Some unrelated words make a good one.',
  change: 'Change password',
  changed: 'Password changed',
  changedHint: 'Your other sessions are over.',
  expired: 'This password was given to you more than seven days ago: ask your administrator for another.',
  first: {
    title: 'Choose your password',
    hint: 'Welcome, {{name}}. The one you were given only serves to choose one of your own.',
    given: 'Password you were given',
    submit: 'Choose and go on',
  },
}

export const security = {
  title: 'Security',
  hint: 'What keeps your account yours.',
}

export const factor = {
  title: 'Second factor',
  none: 'A code of your phone, asked beside the password: who steals one has not the other.',
  why: 'You need an authenticator application on your phone (FreeOTP, Aegis, Google Authenticator…). Your password first:',
  add: 'Add a second factor',
  since: 'in place, {{when}}',
  remove: 'Remove the second factor',
  asked: 'Verification code',
  code: 'Code',
  codeHint: 'The one your application shows, or one of your recovery codes.',
  trust: 'Do not ask here for 30 days',
  back: 'Back to address and password',
  scan: 'Scan this picture with your application:',
  qr: 'Picture to scan; the same secret is written below.',
  type: 'Or type this secret there:',
  firstCode: 'Code that the application shows now',
  confirm: 'Confirm',
  needed: {
    title: 'Add a second factor',
    hint: 'This environment opens only with a code of your phone beside the password, or with a passkey.',
  },
  recovery: {
    title: 'Keep these recovery codes',
    hint: 'Each stands in once for your phone, should it be lost. They are not shown again.',
    list: 'Recovery codes',
    file: 'Recovery codes of Tisserand; each serves once.',
    download: 'Download',
    done: 'I kept them',
    renew: 'Make recovery codes anew',
    left_zero: 'No recovery code is left.',
    left_one: '{{count}} recovery code is left.',
    left_other: '{{count}} recovery codes are left.',
  },
  required: 'Second factor required',
  requiredHint: 'Who has none is led to add one before entering; a passkey stands for one. Programs keep their token.',
  has: 'second factor',
  reset: 'Take their second factor away',
  resetDone: 'Second factor of {{name}} taken away, sessions ended',
}

export const devices = {
  title: 'Known devices',
  hint: 'Where you signed in before, what others try does not slow you down.',
  trusted: 'no code until {{when}}',
  seen: 'signed in {{when}}',
  forget: 'Forget',
  forgetOne: 'Forget {{name}}',
  forgotten: 'Device forgotten',
}

export const provider = {
  with: 'Continue with {{name}}',
  or: 'or',
  refused: {
    not_begun: 'Signing in took too long, or was begun elsewhere. Begin again.',
    denied: 'Your identity provider refused, or you gave up.',
    unverified: 'Your identity provider does not confirm your e-mail address: ask it to verify it.',
    not_theirs: 'This identity provider may not speak for this account: sign in with a password.',
    no_group: 'None of your groups opens an environment: ask your administrator for access.',
    inactive: 'This account is deactivated.',
    no_room:
      'Your identity provider knows you, but access could not be given: the subscription includes nobody more, or a profile is gone. Tell your administrator.',
    slowed_down: 'Too many attempts from here: try again in a few minutes.',
    unreachable: 'Your identity provider does not answer. Try again in a moment, or tell your administrator.',
    failed: 'The identity provider did not answer as it should. Try again, or tell your administrator.',
  },
}

export const link = {
  back: 'Back to signing in',
  noMail: 'This platform sends no e-mails: ask your administrator for a password.',
  forgotten: {
    ask: 'Forgotten password?',
    title: 'Forgotten password',
    hint: 'Give your address: you will get a link to choose another.',
    submit: 'Get a link',
  },
  asked: {
    title: 'Look at your e-mails',
    hint: 'If an account has the address {{email}}, a link is on its way there. It serves once, within the hour.',
    nothing: 'Nothing comes? Look among unwanted mail, or ask your administrator which address is yours here.',
  },
  choose: {
    title: 'Choose a password',
    other: 'It replaces the old one, and your open sessions end.',
    welcome: 'Welcome, {{name}}',
    into: 'Choose a password to enter {{environment}}.',
    submit: 'Choose and enter',
    done: 'Password chosen.',
  },
  over: {
    title: 'This link is no good any more',
    hint: 'It was used already, or is too old.',
    again: 'Get another link',
  },
}
