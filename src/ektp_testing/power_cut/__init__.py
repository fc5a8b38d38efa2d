"""Power cuts (listrik padam): a recording disk, what may be left of it, and our books judged by that.

    recorder = the_recorder()            # ektp_testing.power_cut.recorder
    recorder.begin()
    ...                                  # open your book with vfs=recorder.name, work, recorder.mark()
    for image in images(recorder.ops, recorder.found, Random(1), 1000):  # ektp_testing.power_cut.images
        image.write(folder)              # open your book there and ask it what it still knows

`python -m ektp_testing.power_cut.books` does that to the books of this project. The recorder
and the books need the extra `hub` (or `station`).
"""
