/**
 * Where recorded runs live unless the user says otherwise. A file of its own: help says it, and loads no
 * documents.
 */
export const historyFolder = 'results/history';
