/** The formats in which programs, and people who were not there, take findings. */
export const reportFormats = ['github', 'html', 'json', 'junit', 'markdown', 'sarif', 'yaml'] as const
export type ReportFormat = (typeof reportFormats)[number]
