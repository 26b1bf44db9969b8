/** Texts of the security report, in English. */
export const securityReport = {
  title: 'Security',
  hint: 'What protects this environment, and what is missing.',
  intro: 'Looked at just now: people and how they prove who they are, tokens, accesses, the journal.',
  open_one: '{{count}} thing to look at',
  open_other: '{{count}} things to look at',
  good_one: '{{count}} thing as it should be',
  good_other: '{{count}} things as they should be',
  verdicts: { good: 'As it should be', warning: 'To be looked at', bad: 'To be mended' },
  goThere: 'Go there',
}
