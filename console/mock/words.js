// Invented people and plausible requests for the mock server.
export const PEOPLE = [
  ['Camille Renaud', 'US', 'America/New_York'], ['Hugo Marchetti', 'BE', 'Europe/Brussels'], ['Inès Belkacem', 'DE', 'Europe/Berlin'],
  ['Théo Vasseur', 'SG', 'Asia/Singapore'], ['Manon Le Goff', 'ES', 'Europe/Madrid'], ['Lucas Ferreira', 'CA', 'America/Toronto'],
  ['Salomé Okonkwo', 'GB', 'Europe/London'], ['Antoine Delmas-Peyrou', 'JP', 'Asia/Tokyo'], ['Jade Nguyen', 'AE', 'Asia/Dubai'],
  ['Maxime Courtois', 'LU', 'Europe/Luxembourg'], ['Clara Iriarte', 'CL', 'America/Santiago'], ['Nathan Sow', 'CI', 'Africa/Abidjan'],
  ['Élise Grandjean', 'IT', 'Europe/Rome'], ['Ruben Castaño', 'MX', 'America/Mexico_City'], ['Louise Kermarrec', 'AU', 'Australia/Sydney'],
]

// kind, title, owner, urgency, medical, first message per language
export const REQUESTS = [
  ['medical_emergency_now', 'Urgence vitale en cours', 'ASSISTER', 'P1', 'high', {
    fr: 'Au secours, ma collègue vient de faire un malaise au bureau, elle ne répond plus. Nous sommes au 14 rue principale, que faire ?',
    en: 'Please help, my flatmate collapsed and is not responding. We are at the apartment. What do we do?' }],
  ['arrest_or_detention', 'Arrestation ou garde à vue', 'INSURER_PJ', 'P1', 'none', {
    en: 'I have been taken to a police station and they kept my passport. I do not understand why. Please call me back.' }],
  ['emergency_hospitalisation', 'Hospitalisation non programmée', 'BROKER_HEALTH', 'P2', 'yes', {
    fr: 'Bonjour,\n\nJe suis admis ce matin et l’accueil demande une garantie de paiement avant midi. Pouvez-vous leur écrire directement ? Le service des admissions attend votre courrier.\n\nMerci beaucoup',
    es: 'Hola, me han ingresado esta mañana y el hospital pide una garantía de pago antes del mediodía. ¿Pueden escribirles directamente?' }],
  ['claim_status', 'Suivi de remboursement', 'BROKER_HEALTH', 'P3', 'indirect', {
    fr: 'Bonjour,\nj’ai envoyé mes factures il y a trois semaines et je ne vois toujours rien dans mon espace. Pouvez-vous me dire où en est le dossier ?\nBonne journée',
    en: 'Hi there, I uploaded my invoices three weeks ago and nothing shows in my account. Could you tell me where the claim stands?',
    es: 'Buenos días, envié mis facturas hace tres semanas y no veo nada en mi cuenta. ¿Me pueden decir cómo va?' }],
  ['certificate', 'Attestation d’affiliation', 'BROKER_AFFIL', 'P4', 'none', {
    fr: 'Bonjour, il me faut une attestation en anglais pour renouveler mon visa, le rendez-vous est jeudi. Est-ce possible de l’avoir avec les dates de mission ?',
    en: 'Hello, the immigration office wants a certificate of cover in English with the dates of my mission. My appointment is on Thursday.' }],
  ['dependant_add', 'Affiliation d’un ayant droit', 'BROKER_AFFIL', 'P3', 'none', {
    fr: 'Nous nous sommes pacsés samedi ! Comment ajouter mon compagnon au contrat, et à partir de quelle date est-il couvert ?' }],
  ['provider_search', 'Recherche d’un prestataire', 'BROKER_FRONT', 'P4', 'indirect', {
    en: 'Which dentists near me are in your network? I would rather not pay everything in advance.',
    es: '¿Qué dentistas de la red hay cerca? Prefiero no adelantar el dinero.' }],
  ['pj_housing_dispute', 'Litige de logement', 'INSURER_PJ', 'P3', 'none', {
    fr: 'Mon propriétaire refuse de rendre le dépôt de garantie alors que l’état des lieux est bon. Ai-je droit à une aide juridique ?' }],
  ['app_login', 'Connexion à l’espace adhérent', 'BROKER_IT', 'P4', 'none', {
    fr: 'Je ne reçois pas le code de connexion depuis que j’ai changé de numéro.', en: 'I changed my number and the login code never arrives.' }],
  ['complaint_written', 'Réclamation écrite', 'BROKER_COMPLAINTS', 'P3', 'none', {
    fr: 'Madame, Monsieur,\n\nC’est la troisième fois que j’écris et je n’ai reçu que des réponses automatiques. Je souhaite une réponse argumentée.\n\nCordialement' }],
  ['sick_leave_declare', 'Arrêt de travail : déclaration', 'BROKER_PREV', 'P3', 'yes', {
    fr: 'Bonjour, je suis arrêté depuis lundi. À qui dois-je envoyer le document et dans quel délai ?' }],
  ['lost_luggage', 'Bagages perdus par un transporteur', 'BROKER_FRONT', 'P3', 'none', {
    es: 'La compañía aérea ha perdido mi maleta. ¿El seguro cubre algo mientras tanto?', en: 'The airline lost my suitcase. Does the insurance cover anything?' }],
]

export const OWNERS = {
  ASSISTER: ['Assisteur', 'Assister', 'Asistencia'], BROKER_HEALTH: ['Frais de santé', 'Health claims', 'Gastos de salud'],
  BROKER_AFFIL: ['Affiliations', 'Enrolment', 'Afiliaciones'], BROKER_FRONT: ['Accueil', 'Front desk', 'Recepción'],
  BROKER_PREV: ['Prévoyance', 'Income protection', 'Previsión'], BROKER_IT: ['Assistance technique', 'Technical support', 'Soporte técnico'],
  BROKER_COMPLAINTS: ['Réclamations', 'Complaints', 'Reclamaciones'], INSURER_PJ: ['Protection juridique', 'Legal protection', 'Protección jurídica'],
}

export const LONG_MAIL = `Bonjour,

Je reviens vers vous au sujet de mon dossier, car la situation a changé depuis mon dernier courrier et je préfère tout reprendre dans l’ordre pour que personne ne perde de temps.

Le 3 novembre, j’ai déposé quatre factures dans l’espace adhérent : deux consultations, un examen et une ordonnance. L’accusé de réception indiquait un délai de dix jours.

Le 9 novembre, une première ligne est apparue avec la mention « pièce manquante », sans dire laquelle. J’ai appelé le lendemain ; on m’a demandé la preuve de paiement de l’examen, que j’ai envoyée dans l’heure.

Le 12 novembre, la mention a disparu mais rien n’a été versé. Depuis, l’espace affiche « en cours ».

Trois questions, donc :

1. Le dossier est-il complet à ce jour ?
2. À quelle date puis-je attendre le virement, sachant que mon compte est ouvert dans une banque étrangère ?
3. Si une pièce manque encore, laquelle, et puis-je l’envoyer par simple réponse à ce message ?

Je précise que je change de logement à la fin du mois : l’adresse de correspondance reste celle de mes parents, mais mon numéro local va changer.

Pour mémoire, voici les montants, convertis au cours du jour :

  – consultation du 20 octobre : 145,00
  – consultation du 27 octobre : 145,00
  – examen du 28 octobre : 312,50
  – ordonnance du 28 octobre : 41,20

Je reste joignable en fin de journée, heure locale, et je vous remercie par avance pour votre aide. Tout est très clair d’habitude, c’est la première fois que cela coince.

Bien à vous`
