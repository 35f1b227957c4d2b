/**
 * The grammars of names and remarks. What is refused here never reaches the operator, so each message
 * says what a right value looks like.
 */
import { groupName, guid, lowerMatches, resourceName } from './cel.ts'
import { choice, object, optional, text, type Schema } from './schema.ts'

/** Azure's names of network resources (naming rules of Microsoft.Network; length as Azure enforces it). */
export const azureName = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: lowerMatches(resourceName(80)),
          message:
            "must be 1 to 80 letters, digits, '_', '.' or '-', starting with a letter or digit and ending with one or with '_'",
        },
      ],
    },
    { minLength: 1, maxLength: 80 },
  )

export const resourceGroupName = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: lowerMatches(groupName),
          message:
            "must be a resource group's name, not its id: 1 to 90 letters, digits, '_', '-', '.', '(' or ')', no '.' at either end",
        },
      ],
    },
    { minLength: 1, maxLength: 90 },
  )

/** Full name of a connection on a server, `<endpoint>.<guid>` (recorded by Azure CLI, 2023 and 2026). */
export const connectionName = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: lowerMatches(`${resourceName(80)}[.]${guid}`),
          message:
            "must be a connection's full name, <endpoint>.<guid>, as `az network private-endpoint-connection list --id <server id> --query [].name` prints it",
        },
      ],
    },
    { minLength: 1, maxLength: 117 },
  )

/** A text that other people read in the portal: one line, nothing that steers a terminal or hides. */
export const remark = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: "!self.matches('[\\\\p{C}\\\\p{Zl}\\\\p{Zp}]')",
          message:
            'must be one line of printable characters: no control characters, no line breaks, no invisible or direction marks',
        },
      ],
    },
    { minLength: 1, maxLength: 140 },
  )

/** Name of a Kubernetes object: DNS subdomain (RFC 1123). */
export const objectName = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: '!format.dns1123Subdomain().validate(self).hasValue()',
          message:
            "must be a Kubernetes name: lower-case letters, digits, '-' and '.', starting and ending with a letter or digit",
        },
      ],
    },
    { minLength: 1, maxLength: 253 },
  )

export const namespaceName = (about: string): Schema<string> =>
  text(
    {
      about,
      rules: [
        {
          rule: '!format.dns1123Label().validate(self).hasValue()',
          message:
            "must be a namespace's name: lower-case letters, digits and '-', starting and ending with a letter or digit",
        },
      ],
    },
    { minLength: 1, maxLength: 63 },
  )

/** `spec.identityRef` of both kinds. */
export const identityRef = optional(
  object(
    "The Azure identity to act with; absent: the operator's own. Only names that the operator is configured to read are usable.",
    {
      kind: choice(
        'Secret: AZURE_CLIENT_ID and AZURE_TENANT_ID with AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE. ServiceAccount: one federated with Azure.',
        ['Secret', 'ServiceAccount'],
      ),
      name: objectName("Its name, in the object's own namespace."),
    },
  ),
)
