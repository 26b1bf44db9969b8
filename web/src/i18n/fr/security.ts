/** Texts of passwords and of what keeps others out, in French. */
export const password = {
  title: 'Mot de passe',
  present: 'Mot de passe actuel',
  new: 'Nouveau mot de passe',
  rules: 'Au moins 10 caractères. Quelques mots sans rapport entre eux font un bon mot de passe.',
  change: 'Changer de mot de passe',
  changed: 'Mot de passe changé',
  changedHint: 'Vos autres sessions sont fermées.',
  expired: 'Ce mot de passe vous a été donné il y a plus de sept jours : demandez-en un autre à votre administrateur.',
  first: {
    title: 'Choisissez votre mot de passe',
    hint: 'Bienvenue, {{name}}. Celui que l’on vous a donné ne sert qu’à en choisir un à vous.',
    given: 'Mot de passe que l’on vous a donné',
    submit: 'Choisir et continuer',
  },
}

export const security = {
  title: 'Sécurité',
  hint: 'Ce qui garde votre compte à vous.',
}

export const factor = {
  title: 'Second facteur',
  none: 'Un code de votre téléphone, demandé en plus du mot de passe : qui vole l’un n’a pas l’autre.',
  why: 'Il faut une application d’authentification sur votre téléphone (FreeOTP, Aegis, Google Authenticator…). Votre mot de passe d’abord :',
  add: 'Ajouter un second facteur',
  since: 'en place, {{when}}',
  remove: 'Retirer le second facteur',
  asked: 'Code de vérification',
  code: 'Code',
  codeHint: 'Celui que montre votre application, ou un de vos codes de secours.',
  trust: 'Ne plus le demander ici pendant 30 jours',
  back: 'Revenir à l’adresse et au mot de passe',
  scan: 'Scannez cette image avec votre application :',
  qr: 'Image à scanner ; le même secret est écrit dessous.',
  type: 'Ou tapez-y ce secret :',
  firstCode: 'Code que montre maintenant l’application',
  confirm: 'Confirmer',
  needed: {
    title: 'Ajoutez un second facteur',
    hint: 'Cet environnement ne s’ouvre qu’avec un code de votre téléphone en plus du mot de passe, ou avec une clé d’accès.',
  },
  recovery: {
    title: 'Gardez ces codes de secours',
    hint: 'Chacun remplace une fois votre téléphone, s’il est perdu. Ils ne seront plus montrés.',
    list: 'Codes de secours',
    file: 'Codes de secours de Tisserand ; chacun sert une fois.',
    download: 'Télécharger',
    done: 'Je les ai gardés',
    renew: 'Refaire les codes de secours',
    left_zero: 'Il ne reste aucun code de secours.',
    left_one: 'Il reste {{count}} code de secours.',
    left_other: 'Il reste {{count}} codes de secours.',
  },
  required: 'Second facteur obligatoire',
  requiredHint:
    'Qui n’en a pas est conduit à en ajouter un avant d’entrer ; une clé d’accès en tient lieu. Les programmes gardent leur jeton.',
  has: 'second facteur',
  reset: 'Retirer son second facteur',
  resetDone: 'Second facteur de {{name}} retiré, sessions fermées',
}

export const devices = {
  title: 'Appareils connus',
  hint: 'Là où vous vous êtes déjà connecté, ce que d’autres essaient ne vous ralentit pas.',
  trusted: 'sans code jusqu’à {{when}}',
  seen: 'connexion {{when}}',
  forget: 'Oublier',
  forgetOne: 'Oublier {{name}}',
  forgotten: 'Appareil oublié',
}

export const provider = {
  with: 'Continuer avec {{name}}',
  or: 'ou',
  refused: {
    not_begun: 'La connexion a pris trop de temps, ou a été commencée ailleurs. Recommencez.',
    denied: 'Votre fournisseur d’identité a refusé, ou vous avez renoncé.',
    unverified: 'Votre fournisseur d’identité ne confirme pas votre adresse e-mail : demandez-lui de la vérifier.',
    not_theirs: 'Ce fournisseur d’identité ne peut pas parler pour ce compte : connectez-vous par mot de passe.',
    no_group: 'Aucun de vos groupes n’ouvre d’environnement : demandez un accès à votre administrateur.',
    inactive: 'Ce compte est désactivé.',
    no_room:
      'Votre fournisseur d’identité vous a reconnu, mais l’accès n’a pas pu être donné : l’abonnement ne comprend plus de place, ou un profil n’existe plus. Prévenez votre administrateur.',
    slowed_down: 'Trop d’essais depuis cet endroit : réessayez dans quelques minutes.',
    unreachable:
      'Votre fournisseur d’identité ne répond pas. Réessayez dans un moment, ou prévenez votre administrateur.',
    failed: 'Le fournisseur d’identité n’a pas répondu comme il faut. Réessayez, ou prévenez votre administrateur.',
  },
}

export const link = {
  back: 'Retour à la connexion',
  noMail: 'Cette plateforme n’envoie pas d’e-mails : demandez un mot de passe à votre administrateur.',
  forgotten: {
    ask: 'Mot de passe oublié ?',
    title: 'Mot de passe oublié',
    hint: 'Donnez votre adresse : vous recevrez un lien pour en choisir un autre.',
    submit: 'Recevoir un lien',
  },
  asked: {
    title: 'Regardez vos e-mails',
    hint: 'Si un compte a l’adresse {{email}}, un lien vient d’y partir. Il sert une fois, dans l’heure.',
    nothing:
      'Rien n’arrive ? Regardez les indésirables, ou demandez à votre administrateur quelle adresse est la vôtre ici.',
  },
  choose: {
    title: 'Choisissez un mot de passe',
    other: 'Il remplace l’ancien, et vos sessions ouvertes se ferment.',
    welcome: 'Bienvenue, {{name}}',
    into: 'Choisissez un mot de passe pour entrer dans {{environment}}.',
    submit: 'Choisir et entrer',
    done: 'Mot de passe choisi.',
  },
  over: {
    title: 'Ce lien n’est plus bon',
    hint: 'Il a déjà servi, ou il est trop ancien.',
    again: 'Recevoir un autre lien',
  },
}
