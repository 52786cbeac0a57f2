#!/bin/sh
# Figures of MNEDC beside the path without a tunnel and other overlays, as Markdown tables. Takes the options of ./mnedc bench.
exec "$(dirname -- "$0")/../mnedc" bench "$@"
