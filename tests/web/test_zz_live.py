import asyncio, subprocess, tempfile
from tests.web.office import *
from tests.web.test_access import link
from tests.web.test_serving import serving
async def test_live(office, database, tmp_path):
    case = office.open_case("dassos","kd-net","kkr-midtjylland")
    office.project()
    async with serving(database, tmp_path) as (address, _):
        chrome = subprocess.Popen(["chromium","--headless","--no-sandbox","--disable-gpu","--remote-debugging-port=9333",f"--user-data-dir={tmp_path}/c","about:blank"],stderr=subprocess.DEVNULL,stdout=subprocess.DEVNULL)
        node = await asyncio.create_subprocess_exec("node","--experimental-websocket","/tmp/drive.mjs","9333",link(office).replace("http://test",address),f"{address}/cases/{case}",stdout=subprocess.PIPE,stderr=subprocess.STDOUT)
        while line := (await node.stdout.readline()).decode():
            print(line, end="")
            if line.startswith("ready"):
                await office.send("viborg", decision(case,"noted"))
                await asyncio.to_thread(office.project)
        await node.wait()
        chrome.terminate(); chrome.wait()
