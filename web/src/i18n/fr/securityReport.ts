/** Texts of the security report, in French. */
export const securityReport = {
  title: 'Sécurité',
  hint: 'Ce qui protège cet environnement, et ce qui manque.',
  intro:
    'Regardé à l’instant : les personnes et comment elles prouvent qui elles sont, les jetons, les accès, le journal.',
  open_one: '{{count}} point à regarder',
  open_other: '{{count}} points à regarder',
  good_one: '{{count}} point comme il faut',
  good_other: '{{count}} points comme il faut',
  verdicts: { good: 'Comme il faut', warning: 'À regarder', bad: 'À réparer' },
  goThere: 'Y aller',
}
