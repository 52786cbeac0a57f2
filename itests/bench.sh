#!/bin/sh
# Figures of MNEDC beside the plain path and OpenVPN over TCP, as a Markdown table. Takes the options of ./mnedc bench.
exec "$(dirname -- "$0")/../mnedc" bench "$@"
