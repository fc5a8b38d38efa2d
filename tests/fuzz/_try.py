import sys,time
from tests.fuzz.engine import *
from tests.fuzz import targets_usb,targets_evolis,targets_frames,targets_chip,targets_cups,whole_card
ts=[*targets_usb.targets(),*targets_evolis.targets(()),*targets_frames.targets(()),*targets_chip.targets(),*targets_cups.targets(),*whole_card.targets(())]
n=int(sys.argv[1])
only=sys.argv[2] if len(sys.argv)>2 else ''
for t in ts:
    if only not in t.name: continue
    c=time.process_time(); tr=Trial(t,1); tr.mutator; d=time.process_time()-c
    c=time.process_time(); r=tr.run(n); c=time.process_time()-c
    print(t.name, r.row[1:], f'{c/r.inputs*1e6:.0f}us', f'{d:.2f}', flush=True)
    for b in r.breaches: print('   ',b.kept[:600])
