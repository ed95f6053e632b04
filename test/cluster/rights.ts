/** What a user of the cluster may do: roles that kpx prints, bound to a name. */
import type { Role, Rule } from '../../src/kube/role.ts'

/** Objects that give the roles to a user, under the user's name. */
export const grant = (roles: readonly Role[], user: string): object[] =>
  roles.flatMap((role, i) => {
    const metadata = { ...role.metadata, name: `${user}-${i}` }
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: role.kind, name: metadata.name }
    const subjects = [{ kind: 'User', name: user }]
    return [
      { ...role, metadata },
      { apiVersion: role.apiVersion, kind: `${role.kind}Binding`, metadata, subjects, roleRef },
    ]
  })

/** The role with one verb less, once for each that it has. */
export const eachVerbLess = (
  role: Role,
): { readonly verb: string; readonly resources: readonly string[]; readonly less: Role }[] =>
  role.rules.flatMap((rule) =>
    rule.verbs.map((verb) => ({ verb, resources: rule.resources, less: without(role, rule, verb) })),
  )

const without = (role: Role, rule: Rule, verb: string): Role => ({
  ...role,
  rules: role.rules
    .map((one) => (one === rule ? { ...one, verbs: one.verbs.filter((other) => other !== verb) } : one))
    .filter(({ verbs }) => verbs.length > 0),
})
