/** -m comment and -m nfacct: always true (xt_comment.c; xt_nfacct.c without quota counts and matches). */
import type { MatchExtension } from './extension.ts'

export const comment: MatchExtension = {
  names: ['comment', 'nfacct'],
  option: ({ name }) => (name === '--comment' || name === '--nfacct-name' ? true : undefined),
}
