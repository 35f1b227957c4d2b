/**
 * Rights that a rendered release grants, and uses that an API server's audit log shows, as comparable
 * lines: `<group>/<resource> <verb>`, and `of <name>` where only one name is meant.
 */
export interface Use {
  readonly right: string
  readonly name: string
  readonly namespace: string
}

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly resourceNames?: readonly string[]
}

export interface Grant {
  readonly right: string
  /** Undefined: every name. */
  readonly name: string | undefined
  /** Undefined: every namespace, and what is in none. */
  readonly namespace: string | undefined
}

const rightOf = (group: string, resource: string, verb: string): string =>
  `${group}/${resource} ${verb}`

/** Every right that the Roles and ClusterRoles among the objects grant. */
export const grantsOf = (objects: readonly any[], account: string): readonly Grant[] =>
  objects
    .filter(({ kind }) => kind === 'RoleBinding' || kind === 'ClusterRoleBinding')
    .filter(({ subjects }) => subjects.some(({ name }: any) => name === account))
    .flatMap(({ metadata, roleRef }) => {
      const role = objects.find(
        (each) =>
          each.kind === roleRef.kind &&
          each.metadata.name === roleRef.name &&
          each.metadata.namespace === metadata.namespace,
      )
      if (role === undefined) throw new Error(`${metadata.name} binds no role of the release`)
      return (role.rules as readonly Rule[]).flatMap((rule) =>
        rule.apiGroups.flatMap((group) =>
          rule.resources.flatMap((resource) =>
            rule.verbs.flatMap((verb) =>
              (rule.resourceNames ?? [undefined]).map((name) => ({
                ...{ right: rightOf(group, resource, verb), name },
                namespace: metadata.namespace as string | undefined,
              })),
            ),
          ),
        ),
      )
    })

/** What the user asked of objects, and was given; discovery and health are no objects. */
export const usesOf = (audit: string, user: string): readonly Use[] =>
  audit
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter((event) => event.user.username === user && event.objectRef !== undefined)
    .filter(({ annotations }) => annotations['authorization.k8s.io/decision'] === 'allow')
    .map(({ verb, objectRef: { apiGroup = '', resource, subresource, name, namespace } }) => {
      const whole = subresource === undefined ? resource : `${resource}/${subresource}`
      return { right: rightOf(apiGroup, whole, verb), name: name ?? '', namespace: namespace ?? '' }
    })

/** What was asked for, and refused. */
export const refusalsOf = (audit: string, user: string): readonly string[] =>
  audit
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter((event) => event.user.username === user)
    .filter(({ annotations }) => annotations['authorization.k8s.io/decision'] === 'forbid')
    .map(({ verb, requestURI }) => `${verb} ${requestURI}`)

const covers = (grant: Grant, use: Use): boolean =>
  grant.right === use.right &&
  (grant.name === undefined || grant.name === use.name) &&
  (grant.namespace === undefined || grant.namespace === use.namespace)

const lineOf = ({ right, name }: Grant): string =>
  name === undefined ? right : `${right} of ${name}`

/** Rights that nothing used, in whatever namespace they are granted: each team has its own objects. */
export function idleOf(grants: readonly Grant[], uses: readonly Use[]): readonly string[] {
  const used = grants.filter((grant) => uses.some((use) => covers(grant, use))).map(lineOf)
  return [...new Set(grants.map(lineOf))].filter((line) => !used.includes(line))
}

/** Uses that the grants do not explain. */
export const strayOf = (grants: readonly Grant[], uses: readonly Use[]): readonly string[] => [
  ...new Set(
    uses.filter((use) => !grants.some((grant) => covers(grant, use))).map(({ right }) => right),
  ),
]
