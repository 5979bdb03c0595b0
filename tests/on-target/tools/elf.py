"""Reads what the measurements need from a 32-bit little-endian ELF file."""

import bisect
import re
import struct

SHF_ALLOC = 2
SHT_NOBITS = 8
SHT_SYMTAB = 2
STT_FUNC = 2

#: As the compiler's own functions are called, by either name, and as LTO may leave them.
COSTLY = re.compile(
    r"__aeabi_u?[il]div(mod)?$|__u?(div|mod|divmod)[sdt]i[34]|specialized_div_rem|u(32|64|128)_div_rem"
    r"|__aeabi_([fd](?!iv0)\w+|c[fd]\w+|u?[il]2[fd])|__(add|sub|mul|div|pow|neg|cmp|trunc|extend|fix|float)\w*[sd]f\w*"
    r"|compiler_builtins\w*5float|__rust_(alloc|realloc)"
)


class Elf:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        (offset,) = struct.unpack_from("<I", self.bytes, 0x20)
        size, count, names = struct.unpack_from("<HHH", self.bytes, 0x2E)
        headers = [struct.unpack_from("<10I", self.bytes, offset + i * size) for i in range(count)]
        names_at = headers[names][4]
        #: name, type, flags, address, offset, size of every section
        self.sections = [(self._string(names_at + h[0]), *h[1:6]) for h in headers]
        self.symbols = list(self._symbols(headers))
        functions = sorted((value & ~1, name) for name, value, kind in self.symbols if kind == STT_FUNC)
        self._starts = [start for start, _ in functions]
        self._functions = [name for _, name in functions]

    def _string(self, offset):
        return self.bytes[offset : self.bytes.index(b"\0", offset)].decode()

    def _symbols(self, headers):
        for header in headers:
            if header[1] == SHT_SYMTAB:
                strings = headers[header[6]][4]
                for at in range(header[4], header[4] + header[5], 16):
                    name, value, _, info = struct.unpack_from("<IIIB", self.bytes, at)
                    yield self._string(strings + name), value, info & 15

    def flash(self):
        """Bytes of what is stored: text, rodata and data."""
        return sum(s[5] for s in self.sections if s[2] & SHF_ALLOC and s[1] != SHT_NOBITS)

    def tables(self):
        """Those of them that are for unwinding, which a library built ahead can bring along."""
        return sum(s[5] for s in self.sections if s[0] == ".eh_frame")

    def ram(self):
        """Bytes of data and bss."""
        return sum(s[5] for s in self.sections if s[0].startswith((".data", ".bss", ".uninit")))

    def panics(self):
        """The symbols that only something which can panic has."""
        marks = ("panic", "unwrap_failed", "expect_failed")
        return {name for name, _, kind in self.symbols if kind == STT_FUNC and any(m in name for m in marks)}

    def costly(self):
        """The symbols of what no call may need: divisions by a function, floating point, and an allocator."""
        return {name for name, _, kind in self.symbols if kind == STT_FUNC and COSTLY.search(name)}

    def start_of(self, function):
        return self._starts[self._functions.index(function)]

    def function_at(self, address):
        """The name of the function that starts last before `address`."""
        return self._functions[bisect.bisect_right(self._starts, address) - 1]

    def code_at(self, address, size):
        for _, kind, flags, start, offset, length in self.sections:
            if flags & SHF_ALLOC and kind != SHT_NOBITS and start <= address < start + length:
                return self.bytes[offset + address - start :][:size]
        return b""


def short(function):
    """The last part of a mangled name."""
    parts, at = [], 3
    while function.startswith("_ZN") and (size := re.match(r"\d+", function[at:])):
        start = at + size.end()
        at = start + int(size[0])
        parts.append(function[start:at])
    return parts[-2] if len(parts) > 1 else function
