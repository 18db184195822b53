# Starts one program under a seccomp filter, which it cannot take off again; the process id stays.
# usage: perl filtered-exec.pl NUMBER_OF_PRCTL NUMBER_OF_SECCOMP FILTER_IN_HEX PROGRAM [ARGUMENT...]
# Perl, because neither the shell nor Node.js can ask the kernel for it, and Debian and Ubuntu always have it.
# Exit code 126: the filter could not be put on. 127: the program could not be started.
my ($prctl, $seccomp, $hex) = splice @ARGV, 0, 3;
my $filter = pack 'H*', $hex;
my $program = pack 'S x![P] P', length($filter) / 8, $filter;    # struct sock_fprog
for (
    [$prctl + 0, 1, 9],               # PR_SET_PDEATHSIG: dies with whoever started it
    [$prctl + 0, 38, 1, 0, 0, 0],     # PR_SET_NO_NEW_PRIVS, without which only root may set a filter
    # SECCOMP_SET_MODE_FILTER with SPEC_ALLOW: kernels before 5.16 would else slow the processor down for it.
    [$seccomp + 0, 1, 4, $program],
) {
    my ($call, @arguments) = @$_;
    next if syscall($call, @arguments) == 0;
    print STDERR "filtered-exec: call $call: $!\n";
    exit 126;
}
# A Landlock domain, where the kernel has it: whoever is in one sees neither memory nor environment (a service's secrets)
# of a process outside it, and from Linux 6.12 on signals none. What it refuses by its rules, device files, nobody makes.
my $fd = -1;
for my $ruleset (pack('Q3', 1 << 6, 0, 3), pack('Q', 1 << 6)) {    # struct landlock_ruleset_attr, new and old
    $fd = syscall(444, $ruleset, length $ruleset, 0) if $fd < 0;
}
syscall(446, $fd + 0, 0) if $fd >= 0;
exec { $ARGV[0] } @ARGV;
print STDERR "filtered-exec: $ARGV[0]: $!\n";
exit 127;
