/**
 * The catalogue of errors and findings. A code is never reused and never changes its meaning:
 * KPX1nnn usage and access, 2nnn configuration, 3nnn rules, 4nnn platform, 5nnn rollout.
 */
import { configCodes } from './config-codes.ts'

type Level = 'error' | 'warning' | 'info'

export interface CatalogueEntry {
  readonly code: string
  readonly level: Level
  /** What is the case, as a fragment. */
  readonly title: string
  readonly why: string
  readonly fix: string
  /** The exit code where it is not what the code's kind has: 2 for errors that end the command, 1 for findings. */
  readonly exit?: 2 | 3
}

export const catalogue = [
  {
    code: 'KPX1001',
    level: 'error',
    title: 'the command line is not one that kpx understands',
    why: 'A command, flag or argument is missing, misspelt or not allowed here.',
    fix: 'run the command with --help to see its flags and examples',
  },
  {
    code: 'KPX1002',
    level: 'error',
    title: 'the capture cannot be read',
    why: 'The path after --from does not exist, or this user may not read it.',
    fix: 'check the path and its permissions',
  },
  {
    code: 'KPX1003',
    level: 'error',
    title: 'the path is not a capture',
    why: "A capture is a folder or a tar archive with capture.json or nodes/NODE/ in it, or a folder of one node's dumps.",
    fix: 'pass a folder with capture.json or nodes/NODE/iptables-save.txt, or a .tar.gz of one',
  },
  {
    code: 'KPX1004',
    level: 'error',
    title: 'the archive is truncated or corrupt',
    why: 'The archive ends too early or its checksums do not match, so that files in it are missing or wrong.',
    fix: 'copy the archive again and check it with: tar -tzf ARCHIVE',
  },
  {
    code: 'KPX1005',
    level: 'error',
    title: 'the object does not exist',
    why: 'No Service, pod or node has that name in that namespace.',
    fix: 'check the name and the namespace (-n NAMESPACE)',
  },
  {
    code: 'KPX1006',
    level: 'error',
    title: 'no rules were seen on the node',
    why: "Nothing that holds kube-proxy's rules could be read there, which is not the same as there being none.",
    fix: 'record iptables-save, nft list ruleset and ipvsadm -Sn as root on that node',
    exit: 3,
  },
  {
    code: 'KPX1007',
    level: 'error',
    title: 'neither a capture nor a cluster is given',
    why: 'There is no --from, no kubeconfig (--kubeconfig, KUBECONFIG, ~/.kube/config), and this is no pod of a cluster.',
    fix: 'pass a capture (--from PATH) or a kubeconfig (--kubeconfig FILE), or look at this machine alone (--local)',
  },
  {
    code: 'KPX1008',
    level: 'error',
    title: 'a file cannot be decoded',
    why: 'The file is not in the format that its name promises, or it was cut off or changed after it was recorded.',
    fix: 'record the file again; its name says which tool prints it',
  },
  {
    code: 'KPX1009',
    level: 'error',
    title: "the API's objects were not recorded",
    why: 'Names of Services and pods are known from objects/*.json, which this capture lacks.',
    fix: 'name addresses instead (kpx trace IP IP:PORT), or record kubectl get -A -o json of services, endpointslices, pods and nodes',
    exit: 3,
  },
  {
    code: 'KPX1010',
    level: 'error',
    title: 'the answer cannot be written',
    why: 'The disk that stdout goes to is full, or whatever stdout goes to has failed.',
    fix: 'write the answer to where there is space: kpx ... > FILE',
  },
  {
    code: 'KPX1011',
    level: 'error',
    title: 'the input is larger than any recording',
    why: 'A file or an unpacked archive is so large that it would fill the memory: it is no recording, or was made to do so.',
    fix: 'pass the dumps of fewer nodes, or one file at a time: kpx decode FILE',
  },
  {
    code: 'KPX1012',
    level: 'error',
    title: 'the kubeconfig does not say which cluster',
    why: 'A file, context, cluster or user that kpx was told to use is missing or cannot be read.',
    fix: 'see what there is: kubectl config get-contexts',
  },
  {
    code: 'KPX1013',
    level: 'error',
    title: 'the API server cannot be reached',
    why: "The connection to the server of the kubeconfig's context could not be made or was lost.",
    fix: 'check that kubectl version reaches the server',
    exit: 3,
  },
  {
    code: 'KPX1014',
    level: 'error',
    title: 'the API server does not know who asks',
    why: "The kubeconfig's credentials are missing, wrong, expired or revoked (401).",
    fix: 'log in again, then check: kubectl auth whoami',
    exit: 3,
  },
  {
    code: 'KPX1015',
    level: 'error',
    title: 'what kpx asks for is not allowed',
    why: "The user of the kubeconfig's context has no role with the rule that this needs (403).",
    fix: 'have the rule that is named added to your role',
    exit: 3,
  },
  {
    code: 'KPX1016',
    level: 'error',
    title: 'the API server answered with an error',
    why: 'It is overloaded, starting, or does not have what was asked for.',
    fix: 'try again; see the health of the server: kubectl get --raw /readyz?verbose',
    exit: 3,
  },
  {
    code: 'KPX1017',
    level: 'error',
    title: 'no answer came in time',
    why: 'The API server, or the node behind it, was silent for longer than --request-timeout.',
    fix: 'check the node, or give it longer: --request-timeout 60s',
    exit: 3,
  },
  {
    code: 'KPX1018',
    level: 'error',
    title: 'the capture cannot be written',
    why: 'Something has that name already, or there is no space or permission. Nothing is left half written.',
    fix: 'choose another path',
  },
  {
    code: 'KPX1021',
    level: 'error',
    title: 'a debug pod does not do its work',
    why: 'The pod that kpx makes on a node to look at it does not start, or cannot be deleted: its image is not to be had or lacks the tools, or the node refuses it.',
    fix: 'name an image that has iptables and nft, and that the node has or can pull: --debug-image IMAGE',
    exit: 3,
  },
  {
    code: 'KPX1022',
    level: 'error',
    title: 'programs of this machine do not lead to the node',
    why: 'The command line of --via, or a program of the node that kpx runs on, cannot be started, does not get there, or leads to another machine.',
    fix: 'try it by hand, without a password: ssh NODE sudo iptables-save',
    exit: 3,
  },
  {
    code: 'KPX1099',
    level: 'error',
    title: 'kpx failed because of a bug in kpx',
    why: 'Something happened that kpx was not written for.',
    fix: 'run it again with KPX_DEBUG=1 and report what it prints',
  },
  ...configCodes,
  {
    code: 'KPX2101',
    level: 'warning',
    title: 'kube-proxy is older than its configuration',
    why: 'It reads its configuration only as it starts: a changed ConfigMap takes effect when its pod is started anew.',
    fix: 'look at what changed, then restart the pods: kubectl rollout restart -n NAMESPACE daemonset/NAME',
  },
  {
    code: 'KPX2102',
    level: 'error',
    title: 'kube-proxy runs in another mode than is configured',
    why: 'It was started before the configuration was changed, or could not use the mode (up to 1.25 kube-proxy falls back from ipvs to iptables without failing).',
    fix: "look at the beginning of kube-proxy's log on that node, then restart its pod",
  },
  {
    code: 'KPX3001',
    level: 'error',
    title: 'packets go to an endpoint that the API does not have',
    why: 'The node translates to an address and port that no EndpointSlice of the Service lists: its rules are older than the endpoints.',
    fix: "look at kube-proxy's log on that node; if it does not recover, restart its pod",
  },
  {
    code: 'KPX3002',
    level: 'warning',
    title: 'answers do not come back the way of the request',
    why: 'The endpoint answers past the node that translated the packet, so that the client gets an answer from an address it never asked.',
    fix: 'clients inside the cluster reach the Service by its ClusterIP; a NodePort of another node needs masquerading',
  },
  {
    code: 'KPX3003',
    level: 'warning',
    title: 'what happens to a packet cannot be told',
    why: 'A rule on its way is missing, cut or not known to kpx, or depends on what was not recorded.',
    fix: 'record the named file again as a whole; if it is whole, report the line as a bug of kpx',
  },
  {
    code: 'KPX3004',
    level: 'warning',
    title: 'rules name an address that the API does not have',
    why: "The node still treats an address as a Service's or as an endpoint, though no Service or EndpointSlice has it: its rules are older.",
    fix: "look at kube-proxy's log on that node; rules of a mode that it no longer runs in are removed by kube-proxy --cleanup",
  },
  {
    code: 'KPX3005',
    level: 'error',
    title: "a Service's address is not programmed on a node",
    why: 'The API has a Service at that address and port, and the node has no rule that would bring its packets to an endpoint or refuse them.',
    fix: "look at kube-proxy's log on that node; if it does not recover, restart its pod",
  },
  {
    code: 'KPX3006',
    level: 'error',
    title: 'a ready endpoint gets no packets from a node',
    why: 'An EndpointSlice lists it as ready and no traffic policy or hint keeps the node from it: the rules lack it, or refuse its packets.',
    fix: "look at the rule that is named; if none is, at kube-proxy's log on that node",
  },
  {
    code: 'KPX3007',
    level: 'warning',
    title: 'rules of another mode are left on a node',
    why: 'A mode was changed and its rules were not taken away: packets still meet them, also for Services and endpoints that are gone.',
    fix: 'restart the node, or run kube-proxy --cleanup there while kube-proxy is stopped',
  },
  {
    code: 'KPX3008',
    level: 'error',
    title: 'kube-proxy does not run on a node',
    why: 'Its container waits, fails or is not ready: rules stay as they are while Services and endpoints change.',
    fix: 'look at what it says: kubectl logs --previous of that pod, and kubectl describe pod',
  },
  {
    code: 'KPX3009',
    level: 'error',
    title: 'kube-proxy does not keep a node in step',
    why: 'Its own metrics or health say that a change waits, or that it never programmed the node.',
    fix: "look at the errors of kube-proxy's log on that node",
  },
  {
    code: 'KPX3010',
    level: 'error',
    title: 'a node has no rules of the mode that kube-proxy runs in',
    why: 'Every cluster has a Service, kubernetes, whose rules must be there: they were removed, or kube-proxy has not written them yet.',
    fix: "look at kube-proxy's log on that node; if it does not recover, restart its pod",
  },
  {
    code: 'KPX4001',
    level: 'warning',
    title: "kube-proxy's version does not go with the cluster's",
    why: 'It may be up to three minor versions older than the API server and never newer, and up to three from the kubelet (two before 1.25).',
    fix: "upgrade kube-proxy with the cluster; on a managed one, that is its add-on's version",
  },
] as const satisfies readonly CatalogueEntry[]

export type Code = (typeof catalogue)[number]['code']

const entries: ReadonlyMap<string, CatalogueEntry> = new Map(catalogue.map((entry) => [entry.code, entry]))

export function entryOf(code: Code): CatalogueEntry {
  const entry = entries.get(code)
  if (!entry) throw new Error(`the catalogue lacks ${code}`)
  return entry
}
