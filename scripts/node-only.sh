#!/bin/sh
# Runs a command as on a machine that has only Node: its PATH holds node, npm, npx, sh, sed and coreutils.
# Usage: sh scripts/node-only.sh npx -y pnpm@10 test
set -eu

coreutils='[ arch base32 base64 basename cat chgrp chmod chown cksum comm cp csplit cut date dd df dir
dircolors dirname du echo env expand expr factor false fmt fold groups head hostid id install join link ln
logname ls md5sum mkdir mkfifo mknod mktemp mv nice nl nohup nproc numfmt od paste pathchk pinky pr printenv
printf ptx pwd readlink realpath rm rmdir seq sha1sum sha256sum sha512sum shred shuf sleep sort split stat
stdbuf stty sum sync tac tail tee test timeout touch tr true truncate tsort tty uname unexpand uniq unlink
users vdir wc who whoami yes'

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
for program in node npm npx sh sed $coreutils; do
  path=$(command -v "$program" || true)
  # A shell builtin has no path; its program lies beside the others.
  case "$path" in
  /*) ;;
  *) path="/usr/bin/$program" ;;
  esac
  if [ -x "$path" ]; then ln -s "$path" "$folder/$program"; fi
done
PATH="$folder" "$@"
